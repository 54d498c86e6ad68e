"""The auditor sees one moment, writes nothing, and could not if it wanted to."""

from __future__ import annotations

import hashlib

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from parking.db.moments import read_only_moment
from parking.models import ParkingSite
from parking.queries.auditor import audit
from tests.garage import Garage

WRITE = "UPDATE parking_parkingsite SET name = 'changed'"


def contents() -> str:
    """A digest of every row of every table."""
    digest = hashlib.sha256()
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.order_by("pk").values_list():
            digest.update(repr((model._meta.db_table, row)).encode())
    return digest.hexdigest()


def write() -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITE)


@pytest.mark.django_db
@pytest.mark.usefixtures("undone")
def test_it_changes_nothing():
    before = contents()
    audit()
    assert contents() == before


@pytest.mark.django_db
def test_a_write_is_refused_inside_somebodys_transaction_and_works_again_afterwards(garage: Garage):
    with pytest.raises(DatabaseError), transaction.atomic(), read_only_moment():
        write()
    write()
    assert ParkingSite.objects.get().name == "changed"
