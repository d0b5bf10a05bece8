"""What plugins brought, by Caffe's names."""
