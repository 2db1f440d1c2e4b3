// Builds Pulumi's language hosts for Node and Python. 3.66 is the last version of the SDK module that contains them.
module pulumi-portainer/pulumi-language-hosts

go 1.25.0

require github.com/pulumi/pulumi/sdk/v3 v3.66.0
