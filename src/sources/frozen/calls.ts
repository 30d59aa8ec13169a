/** The key under which evidence is kept: the arguments of the call that gave it, as JSON. */
export function callArguments(call: string): Readonly<Record<string, string>> {
  try {
    const parsed: unknown = JSON.parse(call);
    if (typeof parsed !== 'object' || parsed === null) return {};
    return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
  } catch {
    return {};
  }
}
