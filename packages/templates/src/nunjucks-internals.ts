// What of Nunjucks an extension works with. Its types leave that out, as its documentation does.

/** A node of a template's syntax tree. */
export interface Node {
  readonly typename: string;
  readonly value?: unknown;
  readonly target?: Node;
  readonly val?: Node;
}

/** The classes of nodes. */
export interface Nodes {
  readonly Symbol: new (...args: unknown[]) => Node;
  readonly Literal: new (lineno: number, colno: number, value: unknown) => Node;
  readonly NodeList: new (lineno: number, colno: number, children: readonly Node[]) => Node;
  readonly CallExtensionAsync: new (
    extension: object,
    method: string,
    args: Node,
    bodies: readonly Node[],
  ) => Node;
}

/** A piece of a template's text. */
interface Token {
  readonly type: string;
  readonly value: string;
  readonly lineno: number;
  readonly colno: number;
}

/** The types of tokens. */
export interface Lexer {
  readonly TOKEN_BLOCK_END: string;
  readonly TOKEN_OPERATOR: string;
  readonly TOKEN_WHITESPACE: string;
}

/** Reads a template from where the extension's tag stands. */
export interface Parser {
  /** The whole text of the template, where in it the parser is, and what tags are written with. */
  readonly tokens: {
    readonly str: string;
    readonly index: number;
    readonly tags: Readonly<Record<"BLOCK_START" | "BLOCK_END" | "COMMENT_START" | "COMMENT_END", string>>;
  };
  nextToken(withWhitespace?: boolean): Token;
  peekToken(): Token;
  pushToken(token: Token): void;
  skipValue(type: string, value: string): boolean;
  parseExpression(): Node;
  parseUntilBlocks(...names: string[]): Node;
  advanceAfterBlockEnd(name?: string): Token;
  fail(message: string, lineno: number, colno: number): never;
}

/** What a template is rendered in. */
export interface Context {
  readonly env: { getFilter(name: "safe"): (text: string) => unknown };
}
