import shutil, time
from workbench.book import open_book
from workbench.briefing import write_briefings, write_page
def test_x(small_book, tmp_path, analysed):
    t=time.time()
    out = tmp_path/"out"
    print(write_briefings(small_book, period="2022-H1", out=out, progress=lambda s: print(s, round(time.time()-t,1))))
    print(time.time()-t)
    shutil.rmtree("/tmp/brief", ignore_errors=True); shutil.copytree(out, "/tmp/brief")
    print(write_page(open_book(analysed), out=analysed)); print(time.time()-t); shutil.copy(analysed/"briefing.html","/tmp/brief/analysed.html")
