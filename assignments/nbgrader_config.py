"""nbgrader's configuration for this course: its own commands, graded through coursepkg.

Run nbgrader in this folder: `nbgrader generate_assignment 01_threshold_logic_units`, and so on.
"""

from coursepkg.grading.nbgrader_plugin import configure

c = get_config()  # noqa: F821 (nbgrader defines it)

c.CourseDirectory.course_id = "why-neural-networks-work"
configure(c)
