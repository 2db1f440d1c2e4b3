const SECRET_NAME =
  /passw(?:or)?d|passphrase|secret|token|credential|(?:api|private|access|encryption)_?key/i;
/** The mount options of a share: `addr=10.0.0.2,username=nas,password=…`. */
const SECRET_OPTION = /(?:^|,)\s*passw(?:or)?d=/i;
/** `postgres://shop:…@db/shop`. */
const URL_WITH_PASSWORD = /:\/\/[^/\s:@]*:[^/\s@]+@/;

/**
 * Whether a variable looks secret by its name, or its value because it contains a password. `DB_PASSWORD_FILE` holds the
 * path of a file, so it is not secret.
 */
export function looksSecret(name: string, value: string): boolean {
  if (value === "") return false;
  const isNamedSo = SECRET_NAME.test(name) && !/_FILE$/i.test(name);
  return isNamedSo || SECRET_OPTION.test(value) || URL_WITH_PASSWORD.test(value);
}
