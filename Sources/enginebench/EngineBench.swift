import ArgumentParser

@main
struct EngineBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enginebench",
    abstract: "Measures the engine: whole training steps, single convolutions, the machine.",
    subcommands: [Step.self, Convolutions.self, Meter.self])
}
