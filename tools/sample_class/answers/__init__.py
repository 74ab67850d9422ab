"""What the students of the sample class wrote, a module a student.

Each function stands for the solution cell of the exercise that asks for it. What a module leaves out is
solved as in the assignment's source, or not begun.
"""
