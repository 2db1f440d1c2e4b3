"""A page in a volume, and a container that serves it."""

import pulumi
import pulumi_portainer as portainer

config = pulumi.Config()
name = config.require("name")
host_port = config.require_int("hostPort")

# The server, its key and the environment come from stack config: portainer:url, portainer:apiKey, portainer:endpointId.
network = portainer.Network("network", name=f"{name}-network")

web = portainer.Container(
    "web",
    name=name,
    image=config.require("image"),
    command=["httpd", "-f", "-p", "80", "-h", "/www"],
    files={"/www/index.html": "Hello from a container that a Python program runs through Portainer.\n"},
    networks=[{"network": network.name}],
    ports=[{"container_port": 80, "host_port": host_port}],
    labels={"written_in": "Python"},
    restart="unless-stopped",
    memory="64m",
)

pulumi.export("page", f"http://127.0.0.1:{host_port}/")
pulumi.export("containerId", web.container_id)
