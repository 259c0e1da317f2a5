"""What every layer uses: errors, words of the data, a project's folders, numbers in print."""
