import Kernels
import Networks
import Tensors
import Testing

@Suite("Memory of networks") struct NetworkMemoryTests {
  /// Parameters as torchvision documents them for 1000 classes (`num_params` of its weights), and
  /// running statistics: two a channel of every normalisation.
  @Test(arguments: [
    (ModelConfiguration.Architecture.resnet18, 11_689_512, 9_600),
    (.resnet34, 21_797_672, 17_024), (.resnet50, 25_557_032, 53_120),
    (.resnet101, 44_549_160, 105_344),
  ])
  func `weights are counted as torchvision counts them`(
    _ architecture: ModelConfiguration.Architecture, parameters: Int, statistics: Int
  ) throws {
    let memory = try NetworkMemory(
      of: ModelConfiguration(architecture: architecture), classes: 1000, height: 64, width: 64,
      batch: 2, threads: 2)
    #expect(memory.weightCount == parameters + statistics)
    #expect(memory.trainedCount == parameters && memory.tensorCount == 2 * parameters + statistics)
    #expect(memory.changingCount == memory.weightCount)
  }

  @Test func `a frozen trunk leaves the head to change`() throws {
    let memory = try NetworkMemory(
      of: ModelConfiguration(architecture: .resnet18, freeze: .layer4), classes: 10, height: 64,
      width: 64, batch: 2, threads: 2)
    #expect(memory.trainedCount == 512 * 10 + 10 && memory.changingCount == 512 * 10 + 10)
  }

  @Test(arguments: [(1, 8), (4, 32), (16, 24)])
  func `the workspace is the one that the network takes`(batch: Int, size: Int) throws {
    for threads in [1, 2] {
      let configuration = ModelConfiguration(architecture: .cifarResnet20, stem: .small)
      let memory = try NetworkMemory(
        of: configuration, classes: 3, height: size, width: size, batch: batch, threads: threads)
      let model = try ImageClassifier(
        configuration, classes: 3, height: size, width: size, batch: batch, seed: 1,
        pool: ThreadPool(threads: threads))
      #expect(memory.workspaceBytes == model.workspaceBytes)
      #expect(
        memory.weightCount == (model.parameters + model.buffers).reduce(0) { $0 + $1.count })
    }
  }

  @Test func `a batch that cannot be normalised is refused, and a huge one is only counted`() throws
  {
    let configuration = ModelConfiguration(architecture: .resnet18)
    let error = #expect(throws: ShapeError.self) {
      try NetworkMemory(of: configuration, classes: 2, height: 32, width: 32, batch: 1, threads: 1)
    }
    #expect(error?.description.contains("at least two numbers per channel") == true)
    let huge = try NetworkMemory(
      of: ModelConfiguration(architecture: .resnet101), classes: 3, height: 1024, width: 1024,
      batch: 4096, threads: 2)
    // The stem's result alone: 4096 × 512 × 512 × 64 numbers of four bytes.
    #expect(huge.workspaceBytes > 4096 * 512 * 512 * 64 * 4)
  }
}
