"""The simulation's own process: ``python -m cloudsoc.demo.serve``. It is started by ``Simulation`` and lives as long as its standard input is open."""

from __future__ import annotations

import json
import os
import sys
from threading import Thread

# Before moto is imported, which reads them once: no 1,300 snapshots of other people's images in an account that has none.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

import boto3
from moto import mock_aws
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from cloudsoc.demo import company
from cloudsoc.demo.corrections import put_regions_right
from cloudsoc.demo.fault import Fault
from cloudsoc.demo.layer import Layer


class _Quiet(MotoRequestHandler):
    """Says nothing about each request: the layer records them."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the name is werkzeug's
        """Drops the line."""

    def connection_dropped(self, error: BaseException, environ: object = None) -> None:  # noqa: ARG002 - the signature is werkzeug's
        """Expects no further request on a connection that is gone."""
        self.close_connection = True


def main() -> None:
    """Founds the company, listens, says on which port, and serves until the parent is gone."""
    options = json.loads(sys.stdin.readline())
    put_regions_right()
    if options["company"]:
        # In this process moto answers without HTTP: the company is founded in half the time, and nothing of it is recorded.
        founding = mock_aws()
        founding.start()
        try:
            company.found(boto3.Session(region_name=company.HOME))
        finally:
            founding.stop(remove_data=False)
    faults = [Fault.from_json(fault) for fault in options["faults"]]
    layer = Layer(DomainDispatcherApplication(create_backend_app), latency=options["latency"], faults=faults)
    server = make_server("127.0.0.1", 0, layer, threaded=True, request_handler=_Quiet)
    Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout.write(json.dumps({"port": server.server_port}) + "\n")
    sys.stdout.flush()
    server.serve_forever()


def _end_with_parent() -> None:
    """The parent holds the other end of standard input. It closes when the parent says so, and as surely when the parent is killed."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
