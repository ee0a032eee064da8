import Tensors

/// The description of one differentiable step of a network, before any shape is known.
///
/// It owns the step's parameters. Whatever depends on a shape belongs to the planned layer.
package protocol Layer {
  associatedtype Planned: PlannedLayer

  /// Such as `layer2.0`, the torchvision name.
  var path: String { get }
  /// Parameters and, with kind `.buffer`, what is kept beside them, in torchvision's order.
  var parameters: [Parameter] { get }

  /// Fixes the layer's shapes and reserves the memory that its passes need.
  ///
  /// The caller ends the layer in `plan` afterwards (``WorkspacePlan/endLayer()``).
  ///
  /// - Parameters:
  ///   - src: the shape of what the layer reads.
  ///   - plan: the ledger of the workspace that every pass of the planned layer is then given.
  ///   - threads: the most threads that the pool of a pass may have.
  /// - Throws: `ShapeError` where the layer cannot take `src`.
  func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Planned
}
