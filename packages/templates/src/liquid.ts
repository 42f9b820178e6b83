import {
  type Context,
  type Emitter,
  type Liquid,
  type Parser,
  Tag,
  type TagToken,
  type Template,
  type TopLevelToken,
  toPromise,
  toValue,
  Value,
} from "liquidjs";
import { type Argument, type CacheTagOptions, renderTag, TOO_FEW, USING_NOT_LAST } from "./cache-tag.js";
import { checkCache } from "./fragment.js";

export type { CacheTagOptions } from "./cache-tag.js";

/** Words apart by white space, which may stand between quotes. */
const WORDS = /(?:"[^"]*"|'[^']*'|\S)+/g;
const USING = "using=";
const QUOTED = /^(["'])(.*)\1$/s;

/** An argument of the tag, as it stands in the template. */
interface Expression {
  readonly source: string;
  readonly value: Value;
}

/** A class of tags, as `registerTag` takes it. */
export type TagClass = new (
  token: TagToken,
  remaining: TopLevelToken[],
  liquid: Liquid,
  parser: Parser,
) => Tag;

/**
 * Makes the tag `{% cache timeout name … %}…{% endcache %}`: `engine.registerTag("cache", cacheTag({ cache }))`.
 *
 * Templates with the tag have to be rendered asynchronously.
 */
export function cacheTag(options: CacheTagOptions): TagClass {
  checkCache(options?.cache);
  return class CacheTag extends Tag {
    readonly #timeout: Expression;
    readonly #name: string;
    readonly #vary: readonly Expression[];
    readonly #using: Expression | undefined;
    readonly #templates: Template[];

    constructor(token: TagToken, remaining: TopLevelToken[], liquid: Liquid, parser: Parser) {
      super(token, remaining, liquid);
      const read = (source: string): Expression => ({ source, value: new Value(source, liquid) });
      const [timeout, name, ...more] = token.args.match(WORDS) ?? [];
      if (timeout === undefined || name === undefined) throw new Error(TOO_FEW);
      const using = more.at(-1)?.startsWith(USING) ? more.pop() : undefined;
      if (more.some((word) => word.startsWith(USING))) throw new Error(USING_NOT_LAST);
      this.#timeout = read(timeout);
      this.#name = name.replace(QUOTED, "$2");
      this.#vary = more.map(read);
      this.#using = using === undefined ? undefined : read(using.slice(USING.length));
      this.#templates = readBlock(token, remaining, parser);
    }

    /** Called by LiquidJS where the tag stands, as one of its generators, which yield what is to be waited for. */
    *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
      if (context.sync) {
        throw new Error(
          '"cache" tag needs rendering that is asynchronous: renderFile, and not renderFileSync',
        );
      }
      const timeout = yield* evaluate(this.#timeout, context);
      const using = this.#using && (yield* evaluate(this.#using, context));
      const vary = [];
      for (const argument of this.#vary) vary.push((yield* evaluate(argument, context)).value);
      const tag = { name: this.#name, timeout, vary, using };
      const { renderer } = this.liquid;
      const render = async () => String(await toPromise(renderer.renderTemplates(this.#templates, context)));
      emitter.write(yield renderTag(options, tag, render));
    }
  };
}

function* evaluate({ source, value }: Expression, context: Context): Generator<unknown, Argument, unknown> {
  return { source, value: toValue(yield value.value(context)) };
}

/** Reads what stands between the tags. */
function readBlock(token: TagToken, remaining: TopLevelToken[], parser: Parser): Template[] {
  const templates: Template[] = [];
  let isClosed = false;
  const stream = parser
    .parseStream(remaining)
    .on("tag:endcache", () => {
      isClosed = true;
      stream.stop();
    })
    .on("template", (template: Template) => templates.push(template))
    .on("end", () => {
      if (!isClosed) throw new Error(`tag ${token.getText()} not closed`);
    });
  stream.start();
  return templates;
}
