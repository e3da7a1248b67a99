"""Runs the steps: plain SQL files and a few Python functions, each leaving Parquet behind."""

from corridor.engine.step import PythonStep, SqlStep, Step, StepContext, python_step

__all__ = ["PythonStep", "SqlStep", "Step", "StepContext", "python_step"]
