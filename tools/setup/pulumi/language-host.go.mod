// Builds Pulumi's language host for Node. 3.66 is the last version of the SDK module that contains it.
module pulumi-portainer/pulumi-language-nodejs

go 1.25.0

require github.com/pulumi/pulumi/sdk/v3 v3.66.0
