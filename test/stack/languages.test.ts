import { expect, it } from "@jest/globals";
import { pythonOrSkip, pythonProgram, yamlOrSkip, yamlProgram } from "../support/languages";
import { must, openStack } from "../support/stack";

yamlOrSkip()("Pulumi for YAML", () => {
  it("runs a program", async () => {
    const program = await yamlProgram(
      `config: { name: { type: string } }\noutputs: { text: "Hello \${name}" }\n`,
    );
    await using stack = await openStack(program, { config: { name: "Ada" } });
    must(await stack.up());
    expect(await stack.outputs()).toMatchObject({ text: "Hello Ada" });
  });
});

pythonOrSkip()("Pulumi for Python", () => {
  it("runs a program", async () => {
    const program = await pythonProgram(
      `import pulumi\npulumi.export("text", "Hello " + pulumi.Config().require("name"))\n`,
    );
    await using stack = await openStack(program, { config: { name: "Ada" } });
    must(await stack.up());
    expect(await stack.outputs()).toMatchObject({ text: "Hello Ada" });
  });
});
