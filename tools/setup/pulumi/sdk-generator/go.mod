// Builds the generators of SDKs that the Pulumi CLI of the same version calls; see main.go.
module pulumi-portainer/sdk-generator

go 1.25.0

require (
	github.com/pulumi/pulumi/pkg/v3 v3.259.0
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)
