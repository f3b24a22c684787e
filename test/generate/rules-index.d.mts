export function listRules(): { readonly family: string; readonly ids: readonly string[] }[];
export function rulesIndex(): string;
