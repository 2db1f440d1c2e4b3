// Builds the docker CLI's plugin `compose` where the machine has none.
module pulumi-portainer/docker-compose

go 1.25.0

require github.com/docker/compose/v2 v2.29.7
