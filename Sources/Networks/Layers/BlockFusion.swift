/// What the layer above a residual block does for it, decided when the block is planned.
struct BlockFusion {
  /// Who adds the shortcut, applies the last ReLU and writes the result in the training phase.
  enum Ending {
    /// The block itself: its forward pass returns a result that is written.
    case here
    /// The block above, while its first convolution reads it: the forward pass returns a result that
    /// is pending.
    case above
  }

  var ending = Ending.here
  /// Whether the result can be made again for the backward pass of the block above: that block
  /// applies the last ReLU of this one to the gradient, so that this one's backward pass does not
  /// read its own result.
  var isRestorable = false
}
