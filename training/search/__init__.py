"""Searching front ends and networks: Optuna, one process a worker, one database for all of them.

`config` what is searched and within which limits; `space` what can be chosen; `storage` and `study` the database and its trials;
`trial` one trial's training; `worker` a process that takes trials one after another; `run` starts workers and tells of them.
"""
