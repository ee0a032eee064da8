import Kernels

/// Extents that the convolutions are tested with.
enum ConvolutionProblems {
  /// Shapes that catch edges: odd sizes, single images, ragged tiles, few and odd channels.
  static let edges: [ConvolutionProblem] = pointwise + threeByThree + others

  private static let pointwise: [ConvolutionProblem] = [
    .init(batch: 1, height: 1, width: 1, inChannels: 3, outChannels: 8, kernel: 1),
    .init(batch: 2, height: 5, width: 3, inChannels: 20, outChannels: 24, kernel: 1),
    .init(batch: 1, height: 7, width: 7, inChannels: 64, outChannels: 16, kernel: 1),
    .init(batch: 3, height: 5, width: 3, inChannels: 8, outChannels: 20, kernel: 1, stride: 2),
    .init(batch: 2, height: 8, width: 6, inChannels: 16, outChannels: 64, kernel: 1, stride: 2),
    .init(batch: 5, height: 16, width: 16, inChannels: 64, outChannels: 64, kernel: 1),
    .init(batch: 64, height: 2, width: 2, inChannels: 128, outChannels: 512, kernel: 1),
    .init(batch: 9, height: 12, width: 12, inChannels: 16, outChannels: 300, kernel: 1),
    .init(batch: 9, height: 4, width: 4, inChannels: 320, outChannels: 80, kernel: 1),
    // By Strassen's method: a depth of one block and of two, forward and back, a stride, and many rows.
    .init(batch: 3, height: 4, width: 3, inChannels: 128, outChannels: 192, kernel: 1),
    .init(batch: 7, height: 6, width: 5, inChannels: 64, outChannels: 1024, kernel: 1),
    .init(batch: 5, height: 8, width: 5, inChannels: 1024, outChannels: 64, kernel: 1, stride: 2),
    .init(batch: 18, height: 6, width: 5, inChannels: 64, outChannels: 1024, kernel: 1),
    .init(batch: 27, height: 8, width: 10, inChannels: 64, outChannels: 128, kernel: 1, stride: 2),
  ]

  private static let threeByThree: [ConvolutionProblem] = [
    .init(batch: 1, height: 1, width: 1, inChannels: 16, outChannels: 16, kernel: 3, padding: 1),
    .init(batch: 1, height: 4, width: 4, inChannels: 16, outChannels: 24, kernel: 3, padding: 1),
    .init(batch: 3, height: 5, width: 3, inChannels: 24, outChannels: 16, kernel: 3, padding: 1),
    .init(batch: 2, height: 9, width: 7, inChannels: 20, outChannels: 16, kernel: 3, padding: 1),
    .init(batch: 2, height: 13, width: 10, inChannels: 64, outChannels: 24, kernel: 3, padding: 1),
    .init(batch: 33, height: 4, width: 4, inChannels: 32, outChannels: 32, kernel: 3, padding: 1),
    .init(batch: 3, height: 28, width: 28, inChannels: 16, outChannels: 16, kernel: 3, padding: 1),
    .init(batch: 5, height: 2, width: 2, inChannels: 64, outChannels: 64, kernel: 3, padding: 1),
    .init(batch: 17, height: 2, width: 2, inChannels: 96, outChannels: 80, kernel: 3, padding: 1),
    .init(batch: 2, height: 8, width: 8, inChannels: 3, outChannels: 16, kernel: 3, padding: 1),
    .init(batch: 2, height: 6, width: 5, inChannels: 8, outChannels: 8, kernel: 3),
    .init(
      batch: 2, height: 8, width: 8, inChannels: 16, outChannels: 24, kernel: 3, stride: 2,
      padding: 1),
    .init(
      batch: 3, height: 7, width: 5, inChannels: 24, outChannels: 20, kernel: 3, stride: 2,
      padding: 1),
    .init(
      batch: 35, height: 4, width: 4, inChannels: 32, outChannels: 64, kernel: 3, stride: 2,
      padding: 1),
    .init(batch: 1, height: 5, width: 3, inChannels: 3, outChannels: 64, kernel: 3, padding: 3),
    // In strips, the last of which is half as wide, and slabs, the last of which is thinner.
    .init(batch: 3, height: 5, width: 4, inChannels: 80, outChannels: 144, kernel: 3, padding: 1),
    .init(batch: 2, height: 3, width: 2, inChannels: 144, outChannels: 144, kernel: 3, padding: 1),
    .init(
      batch: 2, height: 7, width: 8, inChannels: 144, outChannels: 128, kernel: 3, stride: 2,
      padding: 1),
  ]

  private static let others: [ConvolutionProblem] = [
    .init(
      batch: 1, height: 17, width: 13, inChannels: 3, outChannels: 64, kernel: 7, stride: 2,
      padding: 3),
    .init(
      batch: 4, height: 32, width: 32, inChannels: 3, outChannels: 16, kernel: 7, stride: 2,
      padding: 3),
    // Three panels of channels, tiles that stick out, less than a tile, and rows of many tiles.
    .init(
      batch: 3, height: 14, width: 12, inChannels: 3, outChannels: 96, kernel: 7, stride: 2,
      padding: 3),
    .init(
      batch: 2, height: 3, width: 2, inChannels: 3, outChannels: 32, kernel: 7, stride: 2,
      padding: 3),
    .init(
      batch: 1, height: 8, width: 83, inChannels: 3, outChannels: 32, kernel: 7, stride: 2,
      padding: 3),
    .init(batch: 2, height: 9, width: 8, inChannels: 8, outChannels: 3, kernel: 7, padding: 3),
    .init(batch: 1, height: 5, width: 3, inChannels: 3, outChannels: 3, kernel: 7, padding: 3),
    .init(batch: 1, height: 5, width: 4, inChannels: 20, outChannels: 8, kernel: 5, padding: 2),
    .init(
      batch: 2, height: 10, width: 7, inChannels: 8, outChannels: 8, kernel: 3, stride: 3,
      padding: 1),
  ]

  /// Shapes large enough that every schedule has many chunks, spans and groups.
  static let large: [ConvolutionProblem] = [
    .init(batch: 24, height: 16, width: 16, inChannels: 64, outChannels: 64, kernel: 1),
    .init(batch: 40, height: 28, width: 28, inChannels: 16, outChannels: 16, kernel: 3, padding: 1),
    .init(batch: 30, height: 30, width: 29, inChannels: 64, outChannels: 48, kernel: 3, padding: 1),
    .init(
      batch: 2, height: 8, width: 8, inChannels: 256, outChannels: 264, kernel: 3, padding: 1),
    // Its transformed weights are made strip by strip, the last one narrow.
    .init(
      batch: 16, height: 7, width: 7, inChannels: 512, outChannels: 528, kernel: 3, padding: 1),
    .init(
      batch: 24, height: 25, width: 28, inChannels: 64, outChannels: 80, kernel: 3, stride: 2,
      padding: 1),
    .init(
      batch: 40, height: 64, width: 62, inChannels: 3, outChannels: 64, kernel: 7, stride: 2,
      padding: 3),
  ]

  /// A convolution of ResNet-50 and the implementation that `fastest` must choose.
  struct Choice: Sendable, CustomStringConvertible {
    var problem: ConvolutionProblem
    var name: String
    var description: String { "\(problem): \(name)" }
  }
}
