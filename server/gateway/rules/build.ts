import type { RequestStep } from "./rule";

export const rewriteBuild: RequestStep = async () => {};
