// Builds Pulumi's language host for YAML.
module pulumi-portainer/pulumi-language-yaml

go 1.25.0

require github.com/pulumi/pulumi-yaml v1.25.0
