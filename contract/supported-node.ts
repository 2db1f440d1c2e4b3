/**
 * Imported first by every entry that needs it: on an older Node, undici and `node:sqlite` fail in words of their own.
 * Declarations of resources load neither, and work on any.
 */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  const error = new Error(`pulumi-portainer needs Node 22.19 or later; this is ${process.versions.node}.`);
  // Pulumi and Node print the stack of what a module throws, and this sentence is all there is to say.
  error.stack = error.message;
  throw error;
}
