export { type FragmentOptions, fragment, fragmentKey } from "./fragment.js";
