/** What the company is: a person changes this file, and nothing else. */

/** The teams, with who is in them; the first one leads. */
export const teams = {
  operations: ["anna", "bela", "carl"],
  development: ["dora", "emil", "fred", "gita", "hugo"],
  support: ["ines", "jan", "kaya", "anna"],
  data: ["lena", "marc", "dora"],
  audit: ["nora", "otto", "lena"],
  partners: ["paul", "rosa", "sven", "tara", "hugo", "kaya"],
} as const;
export type Team = keyof typeof teams;

/** Where engines stand, with the teams that may use them. */
export const cities = {
  berlin: { continent: "europe", teams: ["operations", "development"] },
  madrid: { continent: "europe", teams: ["operations", "support"] },
  lima: { continent: "americas", teams: ["operations", "partners"] },
  tokyo: { continent: "asia", teams: ["operations", "data"] },
} as const;

export const continents = ["europe", "americas", "asia"] as const;

/** What runs in every city. */
export const applications = ["shop", "wiki", "chat", "mail"] as const;

export const registries = {
  hub: { type: "dockerHub", url: "docker.io" },
  images: { type: "custom", url: "images.example.com" },
  vendor: { type: "quay", url: "quay.io" },
  code: { type: "gitlab", url: "registry.gitlab.com" },
  mirror: { type: "custom", url: "mirror.example.com:5000" },
} as const;
