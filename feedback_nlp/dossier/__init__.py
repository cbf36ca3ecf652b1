"""A person's rejections as one HTML file that explains itself: what `feedback-nlp report` writes.

answer      answer_of(row) -> Answer                one rejection, with what else it says and what to do
missing     missing_of(answers) -> Missing          what was missing, as the mails name it
reminder    day_named(words, since)                 the day that "in six months" means
door        doors_of(answers, today) -> Door        what they left open, and until when
waiting     read_waiting(path) -> Waiting           applications that nobody answered
flow        flow_of(applications) -> Stop           how far applications came, and how each ended
summary     summary_of(dossier)                     all of it in a few sentences
charts      draw_charts(patterns, flow) -> Chart    the counts as pictures (matplotlib, an extra)
inline      svg_inline(svg, name)                   a picture as a part of the page
compilation compile_dossier(rows, today, waiting) -> Dossier    everything that the page shows
document    html_of(dossier, charts), write_report(...)         the page, from `templates`
"""

from feedback_nlp.dossier.compilation import Dossier, compile_dossier
from feedback_nlp.dossier.document import check_page, html_of, write_report

__all__ = ["Dossier", "check_page", "compile_dossier", "html_of", "write_report"]
