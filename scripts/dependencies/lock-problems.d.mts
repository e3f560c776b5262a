export declare function lockProblems(lock: object, manifests: ReadonlyMap<string, object>, policy: object): string[]
