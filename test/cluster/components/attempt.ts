/** What one way of getting a component came to: the binary and where it is from, or why this way did not do. */
export type Attempt = { readonly binary: string; readonly origin: string } | { readonly reason: string };

export type Found = Extract<Attempt, { readonly binary: string }>;
