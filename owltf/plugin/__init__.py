"""How owltf is extended: the hooks, and the manager which calls them.

A plugin is a module that implements hooks of `hookspecs.py` with `owltf.api.hookimpl`, named in the
entry points of its package under the group `owltf`. Built-in layers, fillers, solvers, data
layers and commands are such modules too.
"""
