import ArgumentParser

@main
struct EngineBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enginebench",
    abstract: "Measures the engine: whole training steps and single kernels.",
    subcommands: [Step.self, Passes.self])
}
