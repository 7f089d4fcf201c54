"""A run in other tools' formats: one module for each, reading the same stream of events as every viewer."""
