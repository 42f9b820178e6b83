export { CulletStore, type CulletStoreOptions } from "./cullet-store.js";
