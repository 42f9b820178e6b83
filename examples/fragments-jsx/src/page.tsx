import type { Cache } from "@cullet/core";
import { Cached } from "./cached.js";

interface PageProps {
  cache: Cache;
  user: string;
  language: string;
  findBestsellers: (language: string) => Promise<readonly string[]>;
}

async function Bestsellers({ language, findBestsellers }: Pick<PageProps, "language" | "findBestsellers">) {
  const books = await findBestsellers(language);
  return (
    <ul lang={language}>
      {books.map((book) => (
        <li>{book}</li>
      ))}
    </ul>
  );
}

/** A page of which one part is kept in the cache. */
export function Page({ cache, user, language, findBestsellers }: PageProps) {
  return (
    <main>
      <h1>Shop of {user}</h1>
      <Cached cache={cache} name="bestsellers" vary={[language]} timeout="10m">
        {() => <Bestsellers language={language} findBestsellers={findBestsellers} />}
      </Cached>
    </main>
  );
}
