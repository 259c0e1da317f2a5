def test_x(small_book):
    b = small_book
    for a in (b.headline("2022-H1"), b.compare_units("2022-H1", unit="SD-VH"), b.compare_periods("2022-H1"), b.course("2022-H1"), b.time_use("2022-H1"), b.slowest_steps("2022-H1"), b.excluded(), b.dossier("H0001"), b.dossier("H0329"),b.compare_periods("2022-H1",unit="SD-VH"),b.compare_periods("2021-H1"), ):
        print(a); print()
