import { type CacheTagOptions, renderTag, TOO_FEW, USING_NOT_LAST } from "./cache-tag.js";
import { checkCache } from "./fragment.js";
import { enclosingAtOnce } from "./nunjucks-enclosing.js";
import type { Context, Lexer, Node, Nodes, Parser } from "./nunjucks-internals.js";

export type { CacheTagOptions } from "./cache-tag.js";

/** What a block's body, and the rest of the template, are called back with. */
type Callback<Text> = (error: unknown, text?: Text) => void;

/**
 * Makes the extension for the tag `{% cache timeout name … %}…{% endcache %}`: `env.addExtension("cache", cacheTag({ cache }))`.
 *
 * Templates with the tag have to be rendered with a callback; without one, Nunjucks returns `null` for them.
 */
export function cacheTag(options: CacheTagOptions): CacheTag {
  checkCache(options?.cache);
  return new CacheTag(options);
}

/** The extension that `cacheTag` makes. */
export class CacheTag {
  readonly tags = ["cache"];
  readonly #options: CacheTagOptions;

  constructor(options: CacheTagOptions) {
    this.#options = options;
  }

  /** Called by Nunjucks for each tag in a template. */
  parse(parser: Parser, nodes: Nodes, lexer: Lexer): Node {
    const tag = parser.nextToken();
    const around = enclosingAtOnce(parser);
    if (around !== undefined) {
      parser.fail(
        `"cache" tag cannot stand in a ${around}, which Nunjucks renders at once`,
        tag.lineno,
        tag.colno,
      );
    }
    const atEnd = () => parser.peekToken().type === lexer.TOKEN_BLOCK_END;
    if (atEnd()) parser.fail(TOO_FEW, tag.lineno, tag.colno);
    const timeout = parser.parseExpression();
    if (atEnd()) parser.fail(TOO_FEW, tag.lineno, tag.colno);
    const name = readWord(parser, lexer);
    const vary: Node[] = [];
    let using: Node | undefined;
    while (!atEnd()) {
      if (using !== undefined) parser.fail(USING_NOT_LAST, tag.lineno, tag.colno);
      const argument = parser.parseExpression();
      if (isUsing(argument, nodes) && parser.skipValue(lexer.TOKEN_OPERATOR, "=")) {
        using = parser.parseExpression();
      } else {
        vary.push(argument);
      }
    }
    parser.advanceAfterBlockEnd(tag.value);
    const body = parser.parseUntilBlocks("endcache");
    parser.advanceAfterBlockEnd();

    const literal = (value: unknown) => new nodes.Literal(tag.lineno, tag.colno, value);
    const sources = { timeout: sourceOf(timeout), using: using && sourceOf(using) };
    const children = [
      literal(name),
      literal(JSON.stringify(sources)),
      timeout,
      using ?? literal(null),
      ...vary,
    ];
    return new nodes.CallExtensionAsync(this, "run", new nodes.NodeList(tag.lineno, tag.colno, children), [
      body,
    ]);
  }

  /** Called by a template where the tag stands. */
  run(
    context: Context,
    name: string,
    sourcesText: string,
    timeout: unknown,
    using: unknown,
    ...rest: unknown[]
  ): void {
    const callback = rest.pop() as Callback<unknown>;
    const body = rest.pop() as (callback: Callback<string>) => void;
    const sources = JSON.parse(sourcesText) as { timeout: string; using?: string };
    const text = renderTag(
      this.#options,
      {
        name,
        timeout: { source: sources.timeout, value: plain(timeout) },
        using: sources.using === undefined ? undefined : { source: sources.using, value: plain(using) },
        vary: rest.map(plain),
      },
      () => called(body),
    );
    // The rest of the template runs within the callback: what it throws belongs to who renders.
    text.then((safe) => callback(null, context.env.getFilter("safe")(safe))).catch(callback);
  }
}

/** Reads a word as it stands, or a quoted text. */
function readWord(parser: Parser, lexer: Lexer): string {
  let word = "";
  for (;;) {
    const token = parser.nextToken(true);
    if (token.type === lexer.TOKEN_WHITESPACE) return word;
    if (token.type === lexer.TOKEN_BLOCK_END) {
      parser.pushToken(token);
      return word;
    }
    word += token.value;
  }
}

function isUsing(node: Node, nodes: Nodes): boolean {
  return node instanceof nodes.Symbol && node.value === "using";
}

/** Writes a variable as it stands in the template; of other expressions, only what they are. */
function sourceOf({ typename, value, target, val }: Node): string {
  if (typename === "LookupVal" && target && val) return `${sourceOf(target)}.${sourceOf(val)}`;
  return value === undefined ? `an expression (${typename})` : String(value);
}

/** Returns a text that is marked as safe as the text that it is. */
function plain(value: unknown): unknown {
  return value instanceof String ? String(value) : value;
}

function called(body: (callback: Callback<string>) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    body((error, text) => (error ? reject(error) : resolve(text ?? "")));
  });
}
