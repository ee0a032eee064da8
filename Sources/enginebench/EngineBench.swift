import ArgumentParser

@main
struct EngineBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enginebench",
    abstract: "Measures the engine: whole training steps, single kernels, the machine.",
    subcommands: [Step.self, Convolutions.self, Passes.self, Meter.self])
}
