import ArgumentParser

@main
struct EngineBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enginebench",
    abstract: "Measures the engine: whole training steps, single kernels, the machine.",
    subcommands: [
      Meter.self, Step.self, Inference.self, Layers.self, Parity.self, Convolutions.self,
      Passes.self, Pictures.self, BFloat16Layers.self,
    ])
}
