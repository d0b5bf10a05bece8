"""owltf cache: what owltf keeps in the user's cache folder."""

from __future__ import annotations

import click

from owltf.printable import printable
from owltf.signals.stoppable import StoppableCommand


@click.command(cls=StoppableCommand)
@click.option("--clear", is_flag=True, help="Remove all that is kept.")
def cache(clear: bool) -> None:
    """List the forms of nets that other engines than TensorFlow compute.

    They are kept by the content of the net's file and its weights, in the folder OWLTF_CACHE or
    else ~/.cache/owltf, 2 GiB at most: those that were not used for longest go first.
    """
    from owltf.forms.form_store import FormStore

    store = FormStore()
    forms = store.forms()
    for form in forms:
        click.echo(f"{form.size / 1e6:9.1f} MB  {printable(str(form.about.get('title', '')))}")
        if clear:
            store.drop(form)
    total = sum(form.size for form in forms if not clear)
    done = "removed" if clear else f"{total / 1e6:.1f} MB of at most {store.most_bytes / 1e6:.0f}"
    click.echo(f"{printable(str(store.folder))}: {len(forms)} forms, {done}")
