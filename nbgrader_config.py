"""nbgrader's settings for this course; nbgrader finds the file in the folder it is started from."""

import os
import sys
from pathlib import Path

c = get_config()

# nbgrader calls `alembic` by name: find it though the environment is not activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])

# ---- the course ------------------------------------------------------------------------------------

c.CourseDirectory.course_id = "uczenie_reprezentacji"

# Paths hang on this file, not on the working folder: gradebook.db lies here too (nbgrader's default).
c.CourseDirectory.root = str(Path(__file__).resolve().parent)

# nbgrader's own list, and what a run leaves beside the notebook: the 50 MB of MNIST in `data`, and what `src.sweep`
# keeps in `sweeps`. They are neither released nor copied from a submission.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "data", "sweeps"]

# What students wrote (names of files, messages of errors) cannot command the terminal that a log is shown in.
c.Application.logging_config = {
    "filters": {"printable": {"()": "coursekit.terminal.Printable"}},
    "handlers": {"console": {"filters": ["printable"]}},
}

# ---- the student version ---------------------------------------------------------------------------

# One header for every assignment: how to hand in, and the student's name.
c.IncludeHeaderFooter.header = "source/header.ipynb"

# The students read Polish. Delimiters of solutions and hidden tests stay nbgrader's own: they match with any
# number of hash signs before them, so that a slip of the hand gives nothing away.
c.ClearSolutions.code_stub = {"python": "# TU WPISZ KOD\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "TU WPISZ ODPOWIEDŹ"

# A mark scheme stands in the locked question above a written answer. The release loses it; autograding puts
# it back from the gradebook, and so the grader reads it in formgrader beside the answer. By default nbgrader
# allows this in task cells only, which have no answer cell of their own.
c.ClearMarkScheme.enforce_metadata = False

# ---- autograding -----------------------------------------------------------------------------------

# A deleted test cell would lose its grade without a word.
c.OverwriteCells.add_missing_cells = True
c.OverwriteCells.missing_cell_notification = (
    "W oddanym notatniku brakowało komórki `{cell_id}`. Program oceniający wstawił ją z powrotem.\n\n"
)

# Seconds a cell. The default of 30 is shorter than one training of 20 epochs on a busy machine.
c.Execute.timeout = 600

# ---- preprocessors, exporters and hooks of the course kit ------------------------------------------

# No submission stops the batch. Another file name, another encoding, a broken file; lost, doubled, moved or damaged
# cells; scripts in answers: the exporter reads what there is, in a process of its own, and puts it in order.
c.Autograde.pre_convert_hook = "coursekit.exporter.begin"
c.Autograde.exporter_class = "coursekit.exporter.SubmissionExporter"
c.Autograde.post_convert_hook = "coursekit.resume.finish"
c.Autograde.sanitize_preprocessors = [
    # nbgrader's own list, but for ClearOutput, OverwriteKernelspec and CheckCellMetadata: what the exporter passes on
    # has no outputs, and the metadata of the released notebook, of the whole and of its cells. What works with the
    # gradebook is nbgrader's, and asks it less: `coursekit.gradebook`.
    "nbgrader.preprocessors.DeduplicateIds",
    "coursekit.gradebook.OverwriteCells",
]

# Each submission is executed and judged in a process of its own; the checks only ask the student's kernel:
# `GradeExecute` in place of `Execute`. `SaveAutoGrades` writes the grade cells' outputs from the checks' reports.
c.Autograde.autograde_preprocessors = [
    "coursekit.execute.GradeExecute",
    "coursekit.submitted_outputs.BringBack",
    # nbgrader's own list, but for CheckCellMetadata: execution leaves nbgrader's marks as they are.
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "coursekit.gradebook.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
]

# Validate a notebook once all preprocessors have run, and not after each of them too.
c.Exporter.optimistic_validation = True

# Seconds a cell in the grading profile, where the longest given cell takes about five.
c.GradeExecute.timeout = 120

# Formgrader colours the code of submissions within bounds: pygments takes minutes for 10,000 blanks on empty lines.
c.HTMLExporter.filters = {"highlight_code": "coursekit.safe_html.highlighted"}

# ---- feedback --------------------------------------------------------------------------------------

# The student's page is the kit's own: in Polish, one file that asks nothing of the network, and without hidden tests
# and mark schemes, which autograding has put back into the notebook. Comments and points come from the gradebook.
c.GenerateFeedback.exporter_class = "coursekit.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades", "coursekit.feedback.MarkWaiting"]

# ---- Moodle: docs/moodle.md ------------------------------------------------------------------------

# `nbgrader zip_collect` with Moodle's "Download all submissions". Its own plugins know one name of a file, fixed by
# a regular expression, and let every other fall; these pass on whatever was handed in. A student's id is Moodle's
# participant number: `coursekit/moodle_zip.py` says why.
c.ZipCollectApp.extractor_plugin = "coursekit.moodle_zip.MoodleExtractor"
c.ZipCollectApp.collector_plugin = "coursekit.moodle_zip.MoodleCollector"

# The time zone of your Moodle: its zip and its worksheet do not tell.
c.MoodleExtractor.timezone = "Europe/Warsaw"

# The points of the bonus task come on top, so that totals read 5 + 2, and the assignment in Moodle has a maximum
# grade of 7. "cap": they make good what was lost elsewhere, up to 5, and Moodle's maximum grade is 5.
c.MoodleExporter.bonus = "add"

# ---- late submissions ------------------------------------------------------------------------------

# Being late costs no points by itself: a person decides, who sees the hours in the exported table. "zero" takes all
# automatic points off. Either needs the time that is due, see docs/moodle.md.
c.LateSubmissionPlugin.penalty_method = "none"
