const SECRET_NAME =
  /passw(?:or)?d|passphrase|secret|token|credential|(?:api|private|access|encryption)_?key/i;

/** Whether an environment variable looks secret by its name. `DB_PASSWORD_FILE` names a file, and that is none. */
export function isSecret(name: string, value: string): boolean {
  return value !== "" && SECRET_NAME.test(name) && !/_FILE$/i.test(name);
}
