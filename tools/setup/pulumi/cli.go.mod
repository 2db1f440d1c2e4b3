// Builds the Pulumi CLI where its official download is out of reach.
module pulumi-portainer/pulumi-cli

go 1.25.0

require github.com/pulumi/pulumi/pkg/v3 v3.259.0
