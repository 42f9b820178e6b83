import { parseCacheUri } from "@cullet/core";
import { Peer } from "../processes/peer.js";
import type { Processes } from "../processes/processes.js";
import type { Runner } from "../runner.js";
import { computing } from "./computing.js";
import { locking } from "./locking.js";
import { Log } from "./log.js";
import { protecting } from "./protecting.js";
import { tagging } from "./tagging.js";
import type { FleetTasks, Settings } from "./tasks.js";

const PROGRAM = new URL("./worker.js", import.meta.url);
const PROCESSES = 4;
/** How long calls wait, where the configuration does not say: five processes at work may be slow on a small machine. */
const OPERATION_TIMEOUT = "10s";

/** A process of a fleet. */
type Member = Peer<FleetTasks>;

/** Four processes with a cache over the same store, which was emptied for the test. */
interface Fleet {
  readonly members: readonly [Member, Member, Member, Member];
  readonly log: Log;
  /** Starts another process with the same cache. */
  start(): Promise<Member>;
  /** Gives a member a cache over the same store that differs in `settings`. */
  refit(member: Member, settings: Settings): Promise<void>;
}

/** Declares a test of a fleet. */
export type DeclareFleet = (name: string, body: (fleet: Fleet) => Promise<void>) => void;

/** A store that processes share, and by which test runner it is tested. */
export interface TestFleetOptions {
  /** What the tests are reported under. */
  name: string;
  /** How the processes reach the store, which has to have room for 5,000 entries. */
  processes: Processes;
  /** The functions of the test runner in use. A test may take a minute. */
  runner: Runner;
}

/**
 * Declares the tests of what core promises to several processes of one application over a store whose backend's `features`
 * are `shared` and `atomic`, also when some of them are killed or stand still: one computation for all, locks, tags,
 * compression and secrets. Needs the signals of POSIX.
 */
export function testFleet({ name, processes, runner }: TestFleetOptions): void {
  const { describe, afterAll } = runner;
  describe(`${name}, shared by a fleet`, () => {
    const crew = new Crew(processes);
    afterAll(() => crew.dismiss());

    const it: DeclareFleet = (test, body) => {
      runner.it(test, async () => {
        const log = Log.create();
        try {
          await body(await crew.assemble(log));
        } finally {
          log.remove();
        }
      });
    };
    for (const [title, chapter] of Object.entries({ computing, locking, tagging, protecting })) {
      describe(title, () => chapter(it));
    }
  });
}

/** The processes, of which those that died are replaced before the next test. */
class Crew {
  readonly #processes: Processes;
  #members: Member[] = [];

  constructor(processes: Processes) {
    this.#processes = processes;
  }

  async assemble(log: Log): Promise<Fleet> {
    const { cache, from } = this.#processes;
    const given = await cache();
    const config = typeof given === "string" ? parseCacheUri(given) : given;
    const refit = (member: Member, settings: Settings) =>
      member.do("open", {
        config: { operationTimeout: OPERATION_TIMEOUT, ...config, ...settings },
        from,
        log: log.path,
      });
    const start = async () => {
      const member: Member = new Peer(PROGRAM);
      this.#members.push(member);
      await refit(member, {});
      return member;
    };

    this.#members = this.#members.filter((member) => member.lives);
    // Those that a test started beside the four.
    await Promise.all(this.#members.splice(PROCESSES).map((member) => member.end()));
    await Promise.all(this.#members.map((member) => refit(member, {})));
    while (this.#members.length < PROCESSES) await start();
    const members = this.#members.slice() as [Member, Member, Member, Member];
    await members[0].do("clearAll");
    return { members, log, start, refit };
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.end()));
  }
}
