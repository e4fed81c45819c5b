// Redocly's linter with its recommended rules, on the files that are named.
import { createConfig, lint } from "@redocly/openapi-core";

const config = await createConfig({ extends: ["recommended"] });
const problems = (await Promise.all(process.argv.slice(2).map((ref) => lint({ ref, config })))).flat();
for (const { severity, ruleId, message, location } of problems) {
  console.error(`${severity} ${ruleId}: ${message} at ${location[0]?.pointer}`);
}
process.exit(problems.length === 0 ? 0 : 1);
