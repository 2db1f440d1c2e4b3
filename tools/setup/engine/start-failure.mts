/** What dockerd's last words mean on machines where it cannot run. */
const MEANINGS: ReadonlyArray<[RegExp, string]> = [
  [
    /iptables|NAT chain|nf_tables/i,
    "it may not change the firewall here (inside a container: start that one with --privileged)",
  ],
  [
    /operation not permitted|permission denied/i,
    "it lacks permissions here (inside a container: start that one with --privileged)",
  ],
  [/cgroup/i, "the machine's control groups are not writable or not mounted"],
  [/no space left/i, "the disk is full"],
  [/overlay|graphdriver/i, "the file system of its data folder carries none of its storage drivers"],
];

export function explainStartFailure(log: string): string {
  const meaning = MEANINGS.find(([words]) => words.test(log))?.[1] ?? "see its last words";
  return `The private Docker engine did not start: ${meaning}. Start Docker yourself or set DOCKER_HOST. Its last words:\n${log}`;
}
