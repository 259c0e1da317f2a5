"""A public bench: dossiers whose causes of lateness are known, and the score of finding them."""
