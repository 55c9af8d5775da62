"""The reference engine: the executable specification, a SimPy process for every pursuit.

It reads like a story (`pursuits.pursue`) and owns clock, queues and the writing of rows;
every decision comes from the rules. `office.py` holds the state; each other module is what happens in one
part of it, as functions of the office.
"""
