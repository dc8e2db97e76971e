"""Instructor tooling of the course: data, intake and repair of submissions, grading, demo. Never released."""
