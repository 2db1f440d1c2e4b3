/** The newest release of the CLI that the Go module proxy serves; see the two `.go.mod` files beside this one. */
export const CLI_BUILT_FROM_SOURCE = "3.259.0";

/** What the CLI needs beside itself to run Node programs with dynamic providers. */
export const PROGRAMS = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"] as const;
